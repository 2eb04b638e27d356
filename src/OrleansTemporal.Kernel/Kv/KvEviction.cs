using System.Buffers;
using System.Buffers.Binary;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>
/// The payload of a delta that lets versions go because policy no longer keeps them (docs/formats/kv-payload.md). Which ones
/// stands in its facet field, as in an erasure.
/// </summary>
/// <param name="KeptFrom">What was valid at this moment, and all that came later, is kept.</param>
/// <param name="VersionCount">Versions that were let go, those of clean-up not counted.</param>
public readonly record struct KvEviction(HybridTimestamp KeptFrom, long VersionCount)
{
    /// <summary>The schema version that the header of such a delta names.</summary>
    public const ushort SchemaVersion = 1;

    /// <summary>Writes the payload.</summary>
    public void Write(IBufferWriter<byte> payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        BinaryPrimitives.WriteUInt64LittleEndian(payload.GetSpan(sizeof(ulong)), KeptFrom.Value);
        payload.Advance(sizeof(ulong));
        Varint.Write(payload, (ulong)VersionCount);
    }

    /// <summary>Reads a payload.</summary>
    /// <exception cref="Errors.TemporalException">Corrupt, <c>payload_malformed</c>.</exception>
    public static KvEviction Read(ReadOnlySpan<byte> payload)
    {
        if (!BinaryPrimitives.TryReadUInt64LittleEndian(payload, out var from))
        {
            throw KvPayloadFormat.Malformed("lets versions go and ends within a time");
        }

        var rest = payload[sizeof(ulong)..];
        return Varint.TryRead(ref rest, out var count) && count <= long.MaxValue && rest.IsEmpty
            ? new KvEviction(new HybridTimestamp(from), (long)count)
            : throw KvPayloadFormat.Malformed("lets versions go and has a number that can't be");
    }
}
