using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kernel.Tests.Golden;

namespace OrleansTemporal.Kernel.Tests.Causality;

public sealed class DeltaRecordTests
{
    private static readonly HybridTimestamp Time = HybridTimestamp.Parse("2026-01-02T03:04:05.123000017Z");

    [Fact]
    public void a_record_reads_back_all_that_was_written() => Seeds.Each(500, random =>
    {
        var context = DeltaSamples.Context(random);
        var draft = DeltaSamples.Draft(random, random.Next(3000), context);
        var facet = new byte[random.Next(3) == 0 ? 0 : random.Next(200)];
        random.NextBytes(facet);
        var bytes = DeltaSamples.Encode(draft, facet, 17, Time, out var action);

        var delta = DeltaRecord.Read(bytes);
        Assert.Equal(DeltaSamples.Agent, delta.Agent);
        Assert.Equal((17L, 5ul, Time), (delta.Sequence, delta.Epoch, delta.SystemTime));
        Assert.Equal((draft.Kind, (ushort)1, draft.Payload.Length), (delta.Kind, delta.SchemaVersion, delta.PayloadLength));
        Assert.Equal(draft.Payload.ToArray(), delta.Payload.ToArray());
        Assert.Equal(draft.Commitment, delta.Commitment);
        Assert.Equal(action, delta.ActionDistinction());
        Assert.True(delta.VerifyCommitment());
        Assert.Equal(facet, delta.Facet.ToArray());
        Assert.Equal(context.Operation?.Key, delta.OperationKey);
        Assert.Equal(context.Operation is not null, delta.MatchesBody(context.Operation?.BodyDigest ?? default));
        Assert.False(delta.MatchesBody(DeltaSamples.RandomDistinction(random)));
        Assert.Equal(context.Group, delta.Group);
        Assert.Equal((context.Actor, context.KeyId), (delta.Actor, delta.KeyId));
        Assert.Equal(context.Causes.AsEnumerable(), delta.Causes);
        Assert.Equal(context.Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal), delta.Metadata);
    });

    [Fact]
    public void a_detached_record_proves_the_same_action_without_its_payload()
    {
        var draft = DeltaSamples.Draft(new Random(1), 100, DeltaSamples.Context(new Random(3)));
        var delta = DeltaRecord.Read(DeltaSamples.Encode(draft, [1], 1, Time, out var action));
        var detached = DeltaRecord.Read(delta.Detach());
        Assert.False(detached.HasPayload);
        Assert.Equal(action, detached.ActionDistinction());
        Assert.Equal(100, detached.PayloadLength);
        Assert.True(detached.Payload.IsEmpty);
        Assert.True(detached.Salt.IsEmpty);
        Assert.False(detached.VerifyCommitment());
        Assert.Equal(detached.Bytes.ToArray(), detached.Detach());
        Assert.Equal(delta.HeaderBytes.ToArray(), detached.HeaderBytes.ToArray());
    }

    [Fact]
    public void an_empty_payload_is_a_payload()
    {
        var delta = DeltaRecord.Read(DeltaSamples.Encode(DeltaSamples.Draft(new Random(1), 0, DeltaContext.None), [], 1, Time, out _));
        Assert.True(delta.HasPayload);
        Assert.True(delta.VerifyCommitment());
        Assert.True(delta.Payload.IsEmpty);
    }

    [Fact]
    public void records_are_read_one_after_the_other()
    {
        var draft = DeltaSamples.Draft(new Random(1), 10, DeltaContext.None);
        ReadOnlyMemory<byte> two = (byte[])
            [.. DeltaSamples.Encode(draft, [], 1, Time, out _), .. DeltaSamples.Encode(draft, [], 2, Time, out _)];
        Assert.True(DeltaRecord.TryRead(two, out var first, out var length));
        Assert.True(DeltaRecord.TryRead(two[length..], out var second, out _));
        Assert.Equal((1L, 2L), (first.Sequence, second.Sequence));
        Assert.Throws<TemporalException>(() => DeltaRecord.Read(two));
    }

    [Fact]
    public void every_flipped_bit_changes_the_action_or_breaks_the_commitment_or_the_form()
    {
        var draft = DeltaSamples.Draft(new Random(1), 40, DeltaSamples.Context(new Random(8)));
        var bytes = DeltaSamples.Encode(draft, [1, 2, 3], 1, Time, out var action);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var flipped = (byte[])bytes.Clone();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            var unharmed = DeltaRecord.TryRead(flipped, out var delta, out var length)
                && length == flipped.Length && delta.ActionDistinction() == action && delta.VerifyCommitment();
            Assert.False(unharmed, $"bit {bit}");
        }
    }

    [Fact]
    public void every_cut_is_noticed()
    {
        var bytes = DeltaSamples.Encode(DeltaSamples.Draft(new Random(1), 40, DeltaSamples.Context(new Random(8))), [9], 1, Time, out _);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.False(DeltaRecord.TryRead(bytes.AsMemory(0, length), out _, out _));
        }
    }

    [Fact]
    public void any_bytes_at_all_are_a_record_or_refused() => Seeds.Each(20_000, random =>
    {
        var bytes = DeltaSamples.Encode(DeltaSamples.Draft(random, random.Next(30), DeltaSamples.Context(random)), [1], 1, Time, out _);
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(random.Next(2) == 0 ? 4 : 256);
        }

        if (DeltaRecord.TryRead(bytes, out var delta, out _))
        {
            _ = (delta.Agent, delta.OperationKey, delta.OperationDigest, delta.Group, delta.Actor, delta.Causes, delta.Metadata);
            _ = (delta.KeyId, delta.Facet.Length, delta.Payload, delta.Salt.Length, delta.Kind.ToString(), delta.VerifyCommitment());
            _ = DeltaRecord.Read(delta.Detach());
        }
        else
        {
            Assert.Equal("delta_malformed", Assert.Throws<TemporalException>(() => DeltaRecord.Read(bytes)).Code);
        }
    }, Seeds.DecoderInputsLong);

    [Fact]
    public void what_breaks_a_bound_is_refused_before_it_is_written()
    {
        Refused(new DeltaContext { Actor = new string('a', Limits.ActorBytesMax + 1) }, "actor");
        Refused(new DeltaContext { Actor = "\ud800" }, "actor");
        Refused(new DeltaContext { KeyId = new string('k', 257) }, "keyId");
        Refused(new DeltaContext { Operation = new(new string('k', 2049), default) }, "idempotencyKey");
        Refused(new DeltaContext { Causes = [.. Enumerable.Repeat(new WriteId(1, 1, 1), Limits.CausesMax + 1)] }, "causes");
        Refused(new DeltaContext { Metadata = [new("a", "1"), new("a", "2")] }, "metadata");
        Refused(new DeltaContext { Metadata = [new("a", new string('v', Limits.MetadataBytesMax + 1))] }, "metadata");
        Refused(new DeltaContext { Metadata = [.. Enumerable.Range(0, Limits.MetadataCountMax + 1).Select(i => KeyValuePair.Create($"{i}", ""))] }, "metadata");
        Refused(new DeltaContext { Group = new(0, 2, 2) }, "group");
    }

    [Fact]
    public void what_reaches_the_bounds_reads_back()
    {
        var context = new DeltaContext
        {
            Operation = new OperationStamp(new string('k', 2048), default),
            Group = new WriteGroup(UInt128.MaxValue, ushort.MaxValue, ushort.MaxValue - 1),
            Actor = new string('a', Limits.ActorBytesMax),
            Causes = [.. Enumerable.Repeat(new WriteId(uint.MaxValue, long.MaxValue, ushort.MaxValue), Limits.CausesMax)],
            Metadata = [.. Enumerable.Range(0, Limits.MetadataCountMax).Select(i => KeyValuePair.Create($"{i:d1024}", new string('v', Limits.MetadataBytesMax)))],
            KeyId = new string('k', 256),
        };
        var facet = new byte[1 << 18];
        var delta = DeltaRecord.Read(DeltaSamples.Encode(DeltaSamples.Draft(new Random(1), 1, context), facet, long.MaxValue, HybridTimestamp.MaxValue, out var action));
        Assert.Equal(action, delta.ActionDistinction());
        Assert.Equal(context.Causes.AsEnumerable(), delta.Causes);
        Assert.Equal(facet.Length, delta.Facet.Length);
    }

    [Fact]
    public void a_committed_payload_can_not_change()
    {
        var buffer = new PayloadBuffer(new byte[16], 100);
        _ = new DeltaDraft(new DeltaKind(ActionKind.Storage, 1), 1, buffer, DeltaContext.None);
        Assert.Throws<InvalidOperationException>(() => buffer.GetSpan(1));
    }

    [Fact]
    public void old_records_stay_readable()
    {
        var context = new DeltaContext
        {
            Operation = new OperationStamp("default PUT /v1/default/kv/users/ada 1", TaggedHash.Hash(HashTag.Document, "1"u8)),
            Group = new WriteGroup(new UInt128(1, 2), 2, 1),
            Actor = "ada",
            Causes = [new WriteId(0x01020304, 5, 6)],
            Metadata = [new("source", "test"), new("a", "b")],
            KeyId = "k1",
        };
        var full = DeltaSamples.Encode(DeltaSamples.Draft(new Random(11), 20, context), [2, 16, 0], 17, Time, out _);
        var plain = DeltaSamples.Encode(DeltaSamples.Draft(new Random(12), 20, DeltaContext.None), [], 1, Time, out _);
        Assert.Equal("ada", DeltaRecord.Read(GoldenFile.Check("delta-v1-full", full)).Actor);
        Assert.Equal(1, DeltaRecord.Read(GoldenFile.Check("delta-v1-plain", plain)).Sequence);
        GoldenFile.Check("delta-v1-detached", DeltaRecord.Read(full).Detach());
    }

    private static void Refused(DeltaContext context, string field)
    {
        var refusal = Assert.Throws<TemporalException>(() => DeltaSamples.Draft(new Random(1), 1, context));
        Assert.Equal(("invalid_field", field), (refusal.Code, refusal.Field));
    }
}
