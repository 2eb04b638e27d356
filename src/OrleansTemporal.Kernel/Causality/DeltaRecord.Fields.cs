using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace OrleansTemporal.Causality;

// The variable part: checked when the record was read, decoded when asked for.
public readonly partial struct DeltaRecord
{
    /// <summary>Whose delta it is. Cost: two strings; <see cref="AgentText"/> is free.</summary>
    public AgentId Agent => AgentId.TryParse(AgentText, out var agent) ? agent : default;

    /// <summary>The agent's text, in ASCII.</summary>
    public ReadOnlySpan<byte> AgentText => TextAt(DeltaFormat.AgentAt);

    /// <summary>The idempotency key in its scope, or null.</summary>
    public string? OperationKey => offsets.Operation == 0 ? null : Encoding.UTF8.GetString(TextAt(offsets.Operation));

    /// <summary>The salted digest of the request, or zero when there is no operation.</summary>
    public Distinction OperationDigest => offsets.Operation == 0
        ? default
        : Distinction.FromBytes(Header.Slice(offsets.Operation + 2 + TextAt(offsets.Operation).Length, Distinction.Size));

    /// <summary>The delta's place in a write over several agents, or null.</summary>
    public WriteGroup? Group
    {
        get
        {
            if (offsets.Group == 0)
            {
                return null;
            }

            var bytes = Header.Slice(offsets.Group, DeltaFormat.GroupBytes);
            return new WriteGroup(
                BinaryPrimitives.ReadUInt128LittleEndian(bytes),
                BinaryPrimitives.ReadUInt16LittleEndian(bytes[16..]),
                BinaryPrimitives.ReadUInt16LittleEndian(bytes[18..]));
        }
    }

    /// <summary>Who wrote it; empty for nobody in particular.</summary>
    public string Actor => offsets.Actor == 0 ? "" : Encoding.UTF8.GetString(TextAt(offsets.Actor));

    /// <summary>Writes that it follows from.</summary>
    public ImmutableArray<WriteId> Causes
    {
        get
        {
            if (offsets.Causes == 0)
            {
                return [];
            }

            var causes = new WriteId[CountAt(offsets.Causes)];
            var rest = Header[(offsets.Causes + 2)..];
            for (var i = 0; i < causes.Length; i++)
            {
                causes[i] = new WriteId(
                    BinaryPrimitives.ReadUInt32LittleEndian(rest),
                    BinaryPrimitives.ReadInt64LittleEndian(rest[4..]),
                    BinaryPrimitives.ReadUInt16LittleEndian(rest[12..]));
                rest = rest[DeltaFormat.CauseBytes..];
            }

            return ImmutableCollectionsMarshal.AsImmutableArray(causes);
        }
    }

    /// <summary>Metadata, sorted by the bytes of the key.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Metadata
    {
        get
        {
            if (offsets.Metadata == 0)
            {
                return [];
            }

            var pairs = new KeyValuePair<string, string>[CountAt(offsets.Metadata)];
            var at = offsets.Metadata + 2;
            for (var i = 0; i < pairs.Length; i++)
            {
                var key = TextAt(at);
                var value = TextAt(at + 2 + key.Length);
                pairs[i] = new(Encoding.UTF8.GetString(key), Encoding.UTF8.GetString(value));
                at += 4 + key.Length + value.Length;
            }

            return ImmutableCollectionsMarshal.AsImmutableArray(pairs);
        }
    }

    /// <summary>Names the key that the payload is encrypted under; empty when it isn't.</summary>
    public string KeyId => offsets.KeyId == 0 ? "" : Encoding.UTF8.GetString(TextAt(offsets.KeyId));

    /// <summary>The facet's own field; empty when there is none.</summary>
    public ReadOnlySpan<byte> Facet => offsets.Facet == 0
        ? default
        : Header.Slice(offsets.Facet + 4, BinaryPrimitives.ReadInt32LittleEndian(Header[offsets.Facet..]));

    /// <summary>
    /// Whether the delta's operation came with this request; false too when there is no operation, or when the salt is
    /// erased and nothing can be said. Cost: one hash.
    /// </summary>
    public bool MatchesBody(in Distinction bodyDigest) =>
        offsets.Operation != 0 && HasPayload && !IsReplaced && DeltaContextEncoder.SaltBody(Salt, bodyDigest) == OperationDigest;

    private int CountAt(int at) => BinaryPrimitives.ReadUInt16LittleEndian(Header[at..]);

    private ReadOnlySpan<byte> TextAt(int at) => Header.Slice(at + 2, CountAt(at));
}
