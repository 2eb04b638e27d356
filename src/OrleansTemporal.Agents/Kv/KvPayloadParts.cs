using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Kv;

/// <summary>Names the values in a storage delta's record, so that a segment stores a repeated one once.</summary>
internal sealed class KvPayloadParts : IPayloadParts
{
    /// <inheritdoc/>
    public void Find(ReadOnlyMemory<byte> record, ICollection<PayloadPart> parts)
    {
        var delta = DeltaRecord.Read(record);
        if (!delta.HasPayload || delta.Kind.Action != ActionKind.Storage)
        {
            return;
        }

        var payloadAt = record.Length - delta.Payload.Length;
        foreach (var operation in new KvPayloadReader(delta.Payload.Span))
        {
            // No two encrypted values are the same bytes.
            if (operation.ValueLength > 0 && !operation.IsEncrypted)
            {
                parts.Add(new PayloadPart(payloadAt + operation.ValueAt, operation.ValueLength));
            }
        }
    }
}
