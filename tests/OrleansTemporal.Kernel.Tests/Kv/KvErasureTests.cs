using System.Buffers;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kernel.Tests.Causality;
using OrleansTemporal.Kernel.Tests.Golden;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Kernel.Tests.Kv;

public sealed class KvErasureTests
{
    private static readonly byte[] Nonce = [.. Enumerable.Range(1, KvErasure.NonceBytes).Select(static i => (byte)i)];

    [Fact]
    public void erasures_read_back_as_they_were_written()
    {
        var random = new Random(17);
        for (var round = 0; round < 200; round++)
        {
            var erasure = Choose(random);
            var facet = new ArrayBufferWriter<byte>();
            var before = new byte[random.Next(40)];
            random.NextBytes(before);
            facet.Write(before);
            erasure.Write(facet);
            Assert.InRange(facet.WrittenCount - before.Length, 0, KvErasure.FixedBytesMax + erasure.Deltas.Sum(static delta => KvErasure.GetBytesMax(delta.Ordinals.Length)));
            Equal(erasure, KvErasure.Read(facet.WrittenSpan));
        }
    }

    [Fact]
    public void what_is_cut_is_refused()
    {
        var facet = new ArrayBufferWriter<byte>();
        Choose(new Random(3)).Write(facet);
        for (var first = 1; first < facet.WrittenCount; first++)
        {
            // Behind the length there is nothing, so what is cut is missed at the front.
            var cut = facet.WrittenSpan[first..].ToArray();
            Assert.Equal(ErrorCodes.PayloadMalformed, Assert.Throws<TemporalException>(() => KvErasure.Read(cut)).Code);
        }
    }

    [Fact]
    public void old_erasures_stay_readable()
    {
        var erasure = new KvErasure
        {
            Nonce = Nonce,
            ValueBytes = 70_000,
            Deltas =
            [
                new KvErasedDelta(3, [0], null),
                new KvErasedDelta(4, [1, 2, 300], TaggedHash.Hash(HashTag.Document, "left"u8)),
                new KvErasedDelta(5_000_000_000, [65_535], null),
            ],
        };
        var facet = new ArrayBufferWriter<byte>();
        facet.Write((byte[])[3, 1, 0]);
        erasure.Write(facet);
        Equal(erasure, KvErasure.Read(GoldenFile.Check("kv-erasure-v1", facet.WrittenSpan)));
    }

    [Fact]
    public void old_evictions_stay_readable()
    {
        var payload = new ArrayBufferWriter<byte>();
        var eviction = new KvEviction(new HybridTimestamp(0x0123456789AB0001), 70_000);
        eviction.Write(payload);
        Assert.Equal(eviction, KvEviction.Read(GoldenFile.Check("kv-eviction-v1", payload.WrittenSpan)));
        for (var length = 0; length < payload.WrittenCount; length++)
        {
            var cut = payload.WrittenSpan[..length].ToArray();
            Assert.Equal(ErrorCodes.PayloadMalformed, Assert.Throws<TemporalException>(() => KvEviction.Read(cut)).Code);
        }

        Assert.Throws<TemporalException>(() => KvEviction.Read([.. payload.WrittenSpan, 0]));
    }

    [Fact]
    public void what_old_erasures_have_left_stays_readable()
    {
        var payload = new PayloadBuffer([.. Enumerable.Range(100, PayloadBuffer.SaltBytes).Select(static i => (byte)i)]);
        var writer = new KvPayloadWriter(payload, 3);
        writer.Put("ada", "{\"age\":36}"u8);
        writer.Put("bob", "\"forget me\""u8);
        writer.Delete("cyd");
        var draft = new DeltaDraft(DeltaKind.Parse("storage.store"), KvPayloadFormat.SchemaVersion, payload, DeltaContext.None);
        var record = DeltaSamples.Encode(draft, [0, 0, 0], 7, new HybridTimestamp(0x0123456789AB0001), out _);

        var left = DeltaRecord.Read(GoldenFile.Check("kv-remains-v1", KvRemains.Of(DeltaRecord.Read(record), [1], Nonce).Span));

        var operations = new List<string>();
        foreach (var operation in new KvPayloadReader(left.Payload.Span))
        {
            operations.Add(operation.IsErased ? "erased" : $"{operation.Kind} {Encoding.UTF8.GetString(operation.Key)}");
        }

        Assert.Equal(["Put ada", "erased", "Delete cyd"], operations);
        Assert.True(left.IsReplaced);
        Assert.Equal(-1, left.Bytes.Span.IndexOf("forget me"u8));
    }

    private static KvErasure Choose(Random random)
    {
        var sequence = 0L;
        var nonce = new byte[KvErasure.NonceBytes];
        random.NextBytes(nonce);
        return new KvErasure
        {
            Nonce = nonce,
            ValueBytes = random.NextInt64(1L << 50),
            Deltas =
            [
                .. Enumerable.Range(0, random.Next(1, 9)).Select(_ => new KvErasedDelta(
                    sequence += 1 + random.NextInt64(1L << random.Next(1, 40)),
                    [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => (ushort)random.Next(1 << 16)).Distinct().Order()],
                    random.Next(2) == 0 ? null : TaggedHash.Hash(HashTag.Document, BitConverter.GetBytes(random.Next())))),
            ],
        };
    }

    private static void Equal(KvErasure expected, KvErasure read)
    {
        Assert.Equal((Convert.ToHexString(expected.Nonce.Span), expected.ValueBytes), (Convert.ToHexString(read.Nonce.Span), read.ValueBytes));
        Assert.Equal(expected.Deltas.Select(Show), read.Deltas.Select(Show));

        static string Show(KvErasedDelta delta) => $"{delta.Sequence} {string.Join(',', delta.Ordinals)} {delta.Commitment}";
    }
}
