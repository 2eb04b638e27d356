using System.Buffers;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Signals;

/// <summary>
/// What a segment of a ledger agent holds beside its deltas, byte by byte in docs/formats/signals.md: the ids of events that
/// came in them, and the entities that changed in them. Of merged segments an entity has the newest state.
/// </summary>
internal sealed class SignalSegmentFacet : ISegmentFacet
{
    private const byte FormatVersion = 1;

    public static SignalSegmentFacet Instance { get; } = new();

    public static void WriteHead(IBufferWriter<byte> writer, int idCount)
    {
        writer.Write([FormatVersion]);
        Varint.Write(writer, (ulong)idCount);
    }

    /// <exception cref="FormatException">When it is none.</exception>
    public static void Split(ReadOnlyMemory<byte> facet, out ReadOnlyMemory<byte> ids, out ReadOnlyMemory<byte> entities)
    {
        if (facet.IsEmpty || facet.Span[0] != FormatVersion)
        {
            throw new FormatException("It has a version that is not known");
        }

        var rest = facet.Span[1..];
        if (!Varint.TryRead(ref rest, out var count) || count > (ulong)(rest.Length / SignalEventIds.EntryBytes))
        {
            throw new FormatException("It ends too early");
        }

        var behind = facet[(facet.Length - rest.Length)..];
        var length = (int)count * SignalEventIds.EntryBytes;
        (ids, entities) = (behind[..length], behind[length..]);
    }

    public ReadOnlyMemory<byte> MergeFacets(IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        try
        {
            var recent = new SignalEventIds();
            var entityParts = new List<ReadOnlyMemory<byte>>(parts.Count);
            foreach (var part in parts)
            {
                Split(part, out var ids, out var entities);
                recent.Restore(ids.Span);
                entityParts.Add(entities);
            }

            var merged = new ArrayBufferWriter<byte>();
            WriteHead(merged, recent.Count);
            recent.Write(0, recent.Total, merged);
            MergeEntities(entityParts, merged);
            return merged.WrittenMemory;
        }
        catch (FormatException malformed)
        {
            throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.Corrupt, $"A checkpoint of a ledger does not parse: {malformed.Message}", malformed);
        }
    }

    public ReadOnlyMemory<byte> MergeZones(IReadOnlyList<ReadOnlyMemory<byte>> zones) => default;

    // The newest part first: what it has of an entity is what stands.
    private static void MergeEntities(List<ReadOnlyMemory<byte>> parts, ArrayBufferWriter<byte> merged)
    {
        var known = new HashSet<byte[]>(Queries.BytesComparer.Instance);
        var seen = known.GetAlternateLookup<ReadOnlySpan<byte>>();
        for (var i = parts.Count - 1; i >= 0; i--)
        {
            var rest = parts[i].Span;
            while (!rest.IsEmpty)
            {
                var entry = SignalEntry.Read(ref rest);
                if (seen.Add(entry.Id))
                {
                    merged.Write(entry.Whole);
                }
            }
        }
    }
}
