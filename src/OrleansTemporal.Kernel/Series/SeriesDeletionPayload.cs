using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <summary>The payload of deltas that delete points, schema version 1 (docs/formats/series-payload.md).</summary>
public static class SeriesDeletionPayload
{
    /// <summary>Points are deleted.</summary>
    public static DeltaKind Delete { get; } = DeltaKind.Parse("chronicle.delete");

    /// <summary>Writes a selector.</summary>
    public static void Write(IBufferWriter<byte> writer, SeriesSelector selector)
    {
        var span = writer.GetSpan(2 * sizeof(long));
        BinaryPrimitives.WriteInt64LittleEndian(span, selector.From);
        BinaryPrimitives.WriteInt64LittleEndian(span[sizeof(long)..], selector.To);
        writer.Advance(2 * sizeof(long));
        SeriesBytes.WriteByte(writer, selector.Field is null ? (byte)0 : (byte)1);
        if (selector.Field is { } field)
        {
            SeriesPayload.WriteText(writer, field);
        }

        Varint.Write(writer, (ulong)selector.Tags.Length);
        foreach (var tag in selector.Tags)
        {
            SeriesBytes.WriteByte(writer, (byte)tag.Kind);
            SeriesPayload.WriteText(writer, tag.Name);
            SeriesPayload.WriteText(writer, tag.Value);
        }
    }

    /// <summary>Reads a selector.</summary>
    /// <exception cref="TemporalException">Corrupt, <c>payload_malformed</c>.</exception>
    public static SeriesSelector Read(ReadOnlySpan<byte> payload)
    {
        var bytes = new SeriesBytes(payload);
        var from = (long)bytes.ReadUInt64();
        var to = (long)bytes.ReadUInt64();
        var field = bytes.ReadByte() switch
        {
            0 => null,
            1 => SeriesPayload.ReadText(ref bytes),
            _ => throw SeriesBytes.Malformed("a selector has an unknown flag"),
        };
        var tags = new TagMatcher[bytes.ReadCount(Limits.SeriesTagsMax)];
        for (var i = 0; i < tags.Length; i++)
        {
            var kind = (TagMatcherKind)bytes.ReadByte();
            if (kind is < TagMatcherKind.Equal or > TagMatcherKind.NotMatches)
            {
                throw SeriesBytes.Malformed("a condition is of an unknown kind");
            }

            tags[i] = new TagMatcher(SeriesPayload.ReadText(ref bytes), kind, SeriesPayload.ReadText(ref bytes));
        }

        bytes.RequireEnd();
        return new SeriesSelector { Field = field, Tags = ImmutableArray.Create(tags), From = from, To = to };
    }
}
