using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Timelines;

/// <summary>
/// The payload of a delta that lets steps go, schema version 1 (docs/formats/timeline.md). It has all that is needed to fold
/// the steps that are kept into the states that they were, bit by bit.
/// </summary>
public sealed record TimelineThinning
{
    /// <summary>The version that is written.</summary>
    public const ushort SchemaVersion = 1;

    private const ulong HasSequences = 1;
    private const ulong HasId = 1;
    private const ulong IsObserved = 2;

    /// <summary>Earlier deltas of this kind of which nothing counts any more: each of their groups is part of a later one. Their payloads go as well.</summary>
    public required ImmutableArray<long> Superseded { get; init; }

    /// <summary>What goes, by the sequence of the kept step.</summary>
    public required ImmutableArray<ThinnedGroup> Groups { get; init; }

    /// <summary>Writes it.</summary>
    public void Write(IBufferWriter<byte> writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        WriteRising(writer, Superseded);
        Varint.Write(writer, (ulong)Groups.Length);
        var before = 0L;
        foreach (var group in Groups)
        {
            Varint.Write(writer, (ulong)(group.Keeper - before));
            before = group.Keeper;
            WriteText(writer, group.Resolution);
            WriteLetGo(writer, group.LetGo);
            DeltaVectorCodec.Write(writer, group.Vector);
            Varint.Write(writer, (group.SetAt is null ? 0 : HasSequences) | (group.KeeperNorm is null ? 0 : IsObserved));
            if (group.KeeperNorm is { } norm)
            {
                WriteNorm(writer, norm);
            }

            foreach (var sequence in group.SetAt ?? [])
            {
                Varint.Write(writer, (ulong)(group.Keeper - sequence));
            }
        }
    }

    /// <summary>Reads what was written.</summary>
    /// <exception cref="TemporalException">Corrupt, <c>payload_malformed</c>.</exception>
    public static TimelineThinning Read(ReadOnlySpan<byte> source, int dimensions)
    {
        var superseded = ReadRising(ref source);
        var count = ReadCount(ref source);
        var groups = ImmutableArray.CreateBuilder<ThinnedGroup>(count);
        var before = 0L;
        for (var i = 0; i < count; i++)
        {
            var keeper = ReadNext(ref source, before);
            var resolution = ReadText(ref source);
            var letGo = ReadLetGo(ref source);
            Require(letGo.Length > 0 && letGo[^1].Sequence < keeper);
            var vector = DeltaVectorCodec.Read(ref source, dimensions);
            var flags = ReadNumber(ref source);
            Require(flags <= (HasSequences | IsObserved));
            double? keeperNorm = (flags & IsObserved) != 0 ? ReadNorm(ref source) : null;
            var setAt = (flags & HasSequences) == 0 ? null : new long[vector.Count];
            for (var place = 0; place < setAt?.Length; place++)
            {
                var distance = ReadNumber(ref source);
                Require(distance < (ulong)keeper);
                setAt[place] = keeper - (long)distance;
            }

            groups.Add(new ThinnedGroup { Keeper = keeper, Resolution = resolution, LetGo = letGo, Vector = vector, KeeperNorm = keeperNorm, SetAt = setAt });
            before = keeper;
        }

        Require(source.IsEmpty);
        return new TimelineThinning { Superseded = superseded, Groups = groups.MoveToImmutable() };
    }

    private static void WriteLetGo(IBufferWriter<byte> writer, ImmutableArray<LetGoStep> steps)
    {
        Varint.Write(writer, (ulong)steps.Length);
        var before = 0L;
        foreach (var step in steps)
        {
            Varint.Write(writer, (ulong)(step.Sequence - before));
            before = step.Sequence;
            Varint.Write(writer, (step.Id is null ? 0 : HasId) | (step.ObservedNorm is null ? 0 : IsObserved));
            if (step.Id is { } id)
            {
                WriteText(writer, id);
            }

            if (step.ObservedNorm is { } norm)
            {
                WriteNorm(writer, norm);
            }
        }
    }

    private static ImmutableArray<LetGoStep> ReadLetGo(ref ReadOnlySpan<byte> source)
    {
        var steps = ImmutableArray.CreateBuilder<LetGoStep>(ReadCount(ref source));
        var before = 0L;
        for (var i = 0; i < steps.Capacity; i++)
        {
            before = ReadNext(ref source, before);
            var flags = ReadNumber(ref source);
            Require(flags <= (HasId | IsObserved));
            var id = (flags & HasId) != 0 ? ReadText(ref source) : null;
            double? norm = (flags & IsObserved) != 0 ? ReadNorm(ref source) : null;

            steps.Add(new LetGoStep(before, id, norm));
        }

        return steps.MoveToImmutable();
    }

    private static void WriteRising(IBufferWriter<byte> writer, ImmutableArray<long> sequences)
    {
        Varint.Write(writer, (ulong)sequences.Length);
        var before = 0L;
        foreach (var sequence in sequences)
        {
            Varint.Write(writer, (ulong)(sequence - before));
            before = sequence;
        }
    }

    private static ImmutableArray<long> ReadRising(ref ReadOnlySpan<byte> source)
    {
        var sequences = ImmutableArray.CreateBuilder<long>(ReadCount(ref source));
        var before = 0L;
        for (var i = 0; i < sequences.Capacity; i++)
        {
            before = ReadNext(ref source, before);
            sequences.Add(before);
        }

        return sequences.MoveToImmutable();
    }

    private static void WriteNorm(IBufferWriter<byte> writer, double norm)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(writer.GetSpan(sizeof(double)), norm);
        writer.Advance(sizeof(double));
    }

    private static double ReadNorm(ref ReadOnlySpan<byte> source)
    {
        Require(source.Length >= sizeof(double));
        var norm = BinaryPrimitives.ReadDoubleLittleEndian(source);
        source = source[sizeof(double)..];
        return norm;
    }

    private static void WriteText(IBufferWriter<byte> writer, string text)
    {
        Varint.Write(writer, (ulong)Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text.AsSpan(), writer);
    }

    private static string ReadText(ref ReadOnlySpan<byte> source)
    {
        var length = ReadCount(ref source);
        var text = Encoding.UTF8.GetString(source[..length]);
        source = source[length..];
        return text;
    }

    // Everything that is counted takes a byte at least.
    private static int ReadCount(ref ReadOnlySpan<byte> source)
    {
        var count = ReadNumber(ref source);
        Require(count <= (ulong)source.Length);
        return (int)count;
    }

    private static long ReadNext(ref ReadOnlySpan<byte> source, long before)
    {
        var gap = ReadNumber(ref source);
        Require(gap > 0 && gap <= (ulong)(long.MaxValue - before));
        return before + (long)gap;
    }

    private static ulong ReadNumber(ref ReadOnlySpan<byte> source)
    {
        Require(Varint.TryRead(ref source, out var number));
        return number;
    }

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.PayloadMalformed, "A delta that lets steps of a timeline go does not parse.");
        }
    }
}
