using OrleansTemporal.Errors;

namespace OrleansTemporal.Causality;

/// <summary>
/// Everything of a delta that is known before its turn comes: kind, payload with its commitment, and the optional header
/// fields, all encoded. Made outside the gate; <see cref="DeltaEncoder"/> adds the rest inside. Immutable.
/// </summary>
public sealed class DeltaDraft
{
    private readonly PayloadBuffer payload;
    private readonly byte[] contextBytes;

    /// <summary>Encodes the context and commits to the payload. Cost: one hash over the payload, one more with an operation.</summary>
    /// <param name="kind">Action and verb.</param>
    /// <param name="schemaVersion">Version of the kind's payload format.</param>
    /// <param name="payload">The payload; it can't be written to from here on.</param>
    /// <param name="context">Optional header fields.</param>
    /// <exception cref="TemporalException"><see cref="ErrorKind.Invalid"/>, <c>invalid_field</c>: the context breaks a bound;
    /// <see cref="ErrorKind.TooLarge"/>, <c>body_too_large</c>: the payload alone is larger than a delta may be.</exception>
    public DeltaDraft(DeltaKind kind, ushort schemaVersion, PayloadBuffer payload, DeltaContext context)
    {
        if (!ActionVerbs.IsDefined(kind.Action))
        {
            throw new ArgumentOutOfRangeException(nameof(kind));
        }

        if (payload.Length > Limits.DeltaBytesMax - DeltaFormat.HeaderBytesMax)
        {
            throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.BodyTooLarge, $"A delta has at most {Limits.DeltaBytesMax} bytes.")
            {
                Limit = Limits.DeltaBytesMax,
            };
        }

        Kind = kind;
        SchemaVersion = schemaVersion;
        this.payload = payload;
        Context = context;
        contextBytes = DeltaContextEncoder.Encode(context, payload.Salt, out var fields);
        Fields = fields;
        Commitment = payload.Commit();
    }

    /// <summary>Action and verb.</summary>
    public DeltaKind Kind { get; }

    /// <summary>Version of the kind's payload format.</summary>
    public ushort SchemaVersion { get; }

    /// <summary>The optional header fields.</summary>
    public DeltaContext Context { get; }

    /// <summary>Tagged hash of salt ‖ payload.</summary>
    public Distinction Commitment { get; }

    /// <summary>The payload; never written to again, so state may keep slices unless it was rented.</summary>
    public ReadOnlyMemory<byte> Payload => payload.Written;

    /// <summary>Gives a rented payload's memory back for reuse. Nobody may read the payload from here on.</summary>
    public void Recycle() => payload.Return();

    /// <summary>Salt ‖ payload.</summary>
    internal ReadOnlySpan<byte> Salted => payload.Salted;

    /// <summary>The context as it stands in the header.</summary>
    internal ReadOnlySpan<byte> ContextBytes => contextBytes;

    /// <summary>Which optional fields <see cref="ContextBytes"/> has.</summary>
    internal DeltaFields Fields { get; }
}
