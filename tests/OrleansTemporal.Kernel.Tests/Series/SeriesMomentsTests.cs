using OrleansTemporal.Series;

namespace OrleansTemporal.Kernel.Tests.Series;

public class SeriesMomentsTests
{
    // Goal: bit by bit what the definition says (steps of 256 values, four lanes, the last ones for what is left over, no fused operations), so that the moments
    // that are stored are the same on every processor; and near what two plain passes in decimal come to.
    [Fact]
    public void moments_are_the_same_bits_on_every_processor() => Seeds.Each(300, random =>
    {
        var values = Enumerable.Range(0, random.Next(1, 900)).Select(_ => (random.NextDouble() - 0.3) * Math.Pow(10, random.Next(-3, 4))).ToArray();
        var moments = SeriesMoments.Of(values);
        var sum = default(SeriesSum);
        sum.Add(values);
        var mean = sum.Average(values.Length);
        var (squares, rest) = (0.0, 0.0);
        foreach (var step in values.Chunk(256))
        {
            double[] lanes = [0, 0, 0, 0], rests = [0, 0, 0, 0];
            for (var i = 0; i < step.Length; i++)
            {
                var deviation = step[i] - mean;
                var square = deviation * deviation;
                var lane = i < step.Length / 4 * 4 ? i % 4 : 4 - step.Length + i;
                lanes[lane] += square;
                rests[lane] += deviation;
            }

            squares += step.Length < 4 ? lanes[1] + (lanes[2] + lanes[3]) : lanes[0] + lanes[2] + (lanes[1] + lanes[3]);
            rest += step.Length < 4 ? rests[1] + (rests[2] + rests[3]) : rests[0] + rests[2] + (rests[1] + rests[3]);
        }

        squares -= rest * rest / values.Length;
        Assert.Equal((mean, Math.Max(squares, 0), 0), moments.Parts);
        if (values.Length > 1)
        {
            var average = values.Average(static value => (decimal)value);
            var exact = Math.Sqrt((double)(values.Sum(value => ((decimal)value - average) * ((decimal)value - average)) / (values.Length - 1)));
            Assert.InRange(moments.StandardDeviation, exact * (1 - 1e-9), exact * (1 + 1e-9));
        }
    });
}
