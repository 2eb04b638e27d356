using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Storage.Tests.Segments;

/// <summary>Takes the payload of a delta in two halves for values, so that records have several parts.</summary>
internal sealed class WholePayload : IPayloadParts
{
    public void Find(ReadOnlyMemory<byte> record, ICollection<PayloadPart> parts)
    {
        var length = DeltaRecord.Read(record).Payload.Length;
        var start = record.Length - length;
        parts.Add(new(start, length / 2));
        parts.Add(new(start + (length / 2), length - (length / 2)));
    }
}
