using OrleansTemporal.Timelines;

namespace OrleansTemporal.Kernel.Tests.Timelines;

/// <summary>Distances against plain sums, and what detectors make of them.</summary>
public sealed class ChangeDetectorTests
{
    [Fact]
    public void distances_are_those_of_plain_sums()
    {
        var random = new Random(1);
        for (var round = 0; round < 300; round++)
        {
            var from = DeltaVectorTests.Dense(random, random.Next(70));
            var to = from.Select(value => random.Next(3) == 0 ? value + (float)random.NextDouble() : value).ToArray();
            var l2 = Math.Sqrt(from.Zip(to).Sum(static pair => ((double)pair.First - pair.Second) * ((double)pair.First - pair.Second)));
            Assert.Equal(l2, StateDistance.L2(from, to), 9);
            var lengths = Math.Sqrt(from.Sum(static x => (double)x * x)) * Math.Sqrt(to.Sum(static x => (double)x * x));
            if (lengths > 0)
            {
                Assert.Equal(1 - (from.Zip(to).Sum(static pair => (double)pair.First * pair.Second) / lengths), StateDistance.Cosine(from, to), 9);
            }
        }
    }

    [Fact]
    public void a_state_of_zeros_has_no_direction()
    {
        Assert.Equal(0, StateDistance.Cosine([0f, 0f], [0f, 0f]));
        Assert.Equal(1, StateDistance.Cosine([0f, 0f], [0f, 3f]));
        Assert.Equal(0, StateDistance.Cosine([0.1f, 0.7f], [0.1f, 0.7f]));
        Assert.Equal(2, StateDistance.Cosine([1f, 0f], [-1f, 0f]), 12);
    }

    [Fact]
    public void the_boundary_is_no_change()
    {
        var detector = new ChangeDetector(new ObserverPolicy { MagnitudeThreshold = 1 });
        Assert.False(detector.IsSignificant([0f], [1f], 0));
        Assert.True(detector.IsSignificant([0f], [1.5f], 0));
        Assert.False(detector.IsSignificant([0f], [1.5f], 2));
    }

    [Fact]
    public void a_running_magnitude_follows_what_happens()
    {
        var detector = new ChangeDetector(new ObserverPolicy { Detector = ObserverDetector.Adaptive });
        var recorded = new float[1];
        detector.Follow(recorded, [8f]);
        Assert.Equal(8, detector.RunningMagnitude);
        for (var i = 0; i < 100; i++)
        {
            detector.Follow(recorded, [8f + (i % 2)]);
        }

        Assert.InRange(detector.RunningMagnitude, 0.9, 1.1);
        Assert.True(detector.IsSignificant(recorded, [8f], 0));
        Assert.False(detector.IsSignificant([7.9f], [8f], 0));
    }
}
