using OrleansTemporal.Causality;

namespace OrleansTemporal.Kernel.Tests.Causality;

/// <summary>Goal: commitment and salt of any record are found where they stand, and nothing is found where no record is.</summary>
public sealed class DeltaNoiseTests
{
    [Fact]
    public void commitment_and_salt_are_found()
    {
        var places = new (int At, int Length)[DeltaNoise.PlacesMax];
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var bytes = DeltaSamples.Encode(DeltaSamples.Draft(random, random.Next(1, 300), DeltaSamples.Context(random)), new byte[random.Next(20)], 7, new HybridTimestamp(1 << 20), out _);
            var record = DeltaRecord.Read(bytes);
            Assert.Equal(2, DeltaNoise.Find(bytes, places));
            Assert.Equal(record.Salt.ToArray(), bytes.AsSpan(places[1].At, places[1].Length).ToArray());
            Assert.Equal(record.CommitmentOfPayload(), Distinction.FromBytes(bytes.AsSpan(places[0].At, places[0].Length)));

            var replaced = record.Replace(new byte[PayloadBuffer.SaltBytes], [1]);
            Assert.Equal(2, DeltaNoise.Find(replaced, places));
            Assert.Equal(replaced.Length - 1 - PayloadBuffer.SaltBytes, places[1].At);
            Assert.Equal(1, DeltaNoise.Find(record.Detach(), places));
        }
    }

    [Fact]
    public void what_is_cut_or_none_has_fewer_and_none_beyond_its_end()
    {
        var places = new (int At, int Length)[DeltaNoise.PlacesMax];
        var random = new Random(1);
        var bytes = DeltaSamples.Encode(DeltaSamples.Draft(random, 40, DeltaSamples.Context(random)), default, 7, new HybridTimestamp(1 << 20), out _);
        for (var length = 0; length < bytes.Length; length++)
        {
            var count = DeltaNoise.Find(bytes.AsSpan(0, length), places);
            Assert.All(places[..count], place => Assert.True(place.At + place.Length <= length));
        }

        for (var i = 0; i < 10_000; i++)
        {
            var noise = new byte[random.Next(200)];
            random.NextBytes(noise);
            Assert.All(places[..DeltaNoise.Find(noise, places)], place => Assert.True(place.At + place.Length <= noise.Length));
        }
    }
}
