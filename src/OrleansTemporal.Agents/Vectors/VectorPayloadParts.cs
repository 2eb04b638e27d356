using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Vectors;

/// <summary>Names the vectors in a delta's record, so that a segment stores one that is written again once.</summary>
internal sealed class VectorPayloadParts : IPayloadParts
{
    /// <inheritdoc/>
    public void Find(ReadOnlyMemory<byte> record, ICollection<PayloadPart> parts)
    {
        var delta = DeltaRecord.Read(record);
        if (!delta.HasPayload || delta.Kind != VectorPayloadFormat.Embed)
        {
            return;
        }

        var payloadAt = record.Length - delta.Payload.Length;
        var reader = new VectorPayloadReader(delta.Payload.Span);
        while (reader.MoveNext())
        {
            if (!reader.IsDelete)
            {
                parts.Add(new PayloadPart(payloadAt + reader.VectorAt, reader.Dimensions * sizeof(float)));
            }
        }
    }
}
