using System.Buffers;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Timelines;

/// <summary>
/// The payload of a step, or of a delta that waits for its parent, schema version 1 (docs/formats/timeline.md). A step says
/// which one it stands on, so it can not be folded into another state.
/// </summary>
public sealed record TimelineStepPayload
{
    /// <summary>The version that is written.</summary>
    public const ushort SchemaVersion = 1;

    private const ulong HasId = 1;
    private const ulong HasParentName = 2;
    private const ulong Additive = 4;
    private const ulong HasRestored = 8;
    private const ulong HasStateHash = 16;
    private const ulong FlagsMax = 31;

    /// <summary>The branch.</summary>
    public required string Branch { get; init; }

    /// <summary>The step that it stands on; 0 for the empty beginning.</summary>
    public long Parent { get; init; }

    /// <summary>The step that was merged; 0 for none.</summary>
    public long MergeParent { get; init; }

    /// <summary>The writer's id; null for none.</summary>
    public string? Id { get; init; }

    /// <summary>What the writer named as its parent, of a delta that waits for it; null for a step.</summary>
    public string? ParentName { get; init; }

    /// <summary>True when the values are differences, of a delta that waits; a step has new values.</summary>
    public bool IsAdditive { get; init; }

    /// <summary>The step that a rollback went back to, 0 for the empty beginning; null for other changes.</summary>
    public long? Restored { get; init; }

    /// <summary>The hash of the whole state that it stands on; null for most.</summary>
    public Distinction? StateHash { get; init; }

    /// <summary>Components and their values.</summary>
    public required DeltaVector Vector { get; init; }

    /// <summary>Writes it.</summary>
    public void Write(IBufferWriter<byte> writer)
    {
        var flags = (Id is null ? 0 : HasId) | (ParentName is null ? 0 : HasParentName) | (IsAdditive ? Additive : 0)
            | (Restored is null ? 0 : HasRestored) | (StateHash is null ? 0 : HasStateHash);
        Varint.Write(writer, flags);
        WriteText(writer, Branch);
        Varint.Write(writer, (ulong)Parent);
        Varint.Write(writer, (ulong)MergeParent);
        if (Id is not null)
        {
            WriteText(writer, Id);
        }

        if (ParentName is not null)
        {
            WriteText(writer, ParentName);
        }

        if (Restored is { } restored)
        {
            Varint.Write(writer, (ulong)restored);
        }

        if (StateHash is { } hash)
        {
            hash.CopyTo(writer.GetSpan(Distinction.Size));
            writer.Advance(Distinction.Size);
        }

        DeltaVectorCodec.Write(writer, Vector);
    }

    /// <summary>Reads what was written.</summary>
    /// <exception cref="TemporalException">Corrupt, <c>payload_malformed</c>.</exception>
    public static TimelineStepPayload Read(ReadOnlySpan<byte> source, int dimensions)
    {
        var flags = ReadNumber(ref source);
        if (flags > FlagsMax)
        {
            throw Malformed();
        }

        var branch = ReadText(ref source);
        var parent = ReadSequence(ref source);
        var mergeParent = ReadSequence(ref source);
        var id = (flags & HasId) != 0 ? ReadText(ref source) : null;
        var parentName = (flags & HasParentName) != 0 ? ReadText(ref source) : null;
        long? restored = (flags & HasRestored) != 0 ? ReadSequence(ref source) : null;
        Distinction? hash = null;
        if ((flags & HasStateHash) != 0)
        {
            if (source.Length < Distinction.Size)
            {
                throw Malformed();
            }

            hash = Distinction.FromBytes(source[..Distinction.Size]);
            source = source[Distinction.Size..];
        }

        var vector = DeltaVectorCodec.Read(ref source, dimensions);
        return source.IsEmpty
            ? new TimelineStepPayload
            {
                Branch = branch,
                Parent = parent,
                MergeParent = mergeParent,
                Id = id,
                ParentName = parentName,
                IsAdditive = (flags & Additive) != 0,
                Restored = restored,
                StateHash = hash,
                Vector = vector,
            }
            : throw Malformed();
    }

    private static void WriteText(IBufferWriter<byte> writer, string text)
    {
        Varint.Write(writer, (ulong)Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text.AsSpan(), writer);
    }

    private static ulong ReadNumber(ref ReadOnlySpan<byte> source) => Varint.TryRead(ref source, out var number) ? number : throw Malformed();

    private static long ReadSequence(ref ReadOnlySpan<byte> source) => ReadNumber(ref source) is var number and <= long.MaxValue ? (long)number : throw Malformed();

    private static string ReadText(ref ReadOnlySpan<byte> source)
    {
        var length = ReadNumber(ref source);
        if (length > (ulong)source.Length)
        {
            throw Malformed();
        }

        var text = Encoding.UTF8.GetString(source[..(int)length]);
        source = source[(int)length..];
        return text;
    }

    private static TemporalException Malformed() => new(ErrorKind.Corrupt, ErrorCodes.PayloadMalformed, "A step of a timeline does not parse.");
}
