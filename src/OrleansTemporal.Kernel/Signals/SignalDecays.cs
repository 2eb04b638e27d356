namespace OrleansTemporal.Signals;

/// <summary>The half-lives of each type of a schema, ready to compute with. Immutable.</summary>
public sealed class SignalDecays
{
    private readonly HalfLife[][] types;

    private SignalDecays(HalfLife[][] types) => this.types = types;

    /// <summary>Of no types.</summary>
    public static SignalDecays None { get; } = new([]);

    /// <summary>How many types there are.</summary>
    public int TypeCount => types.Length;

    /// <summary>Takes those of a valid schema.</summary>
    public static SignalDecays Of(SignalSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return new([.. schema.Types.Select(static type => type.HalfLives.Prepend(type.HalfLife).Select(static span => new HalfLife(span.Time)).ToArray())]);
    }

    /// <summary>Those of one type: its own first.</summary>
    public ReadOnlySpan<HalfLife> this[int type] => types[type];
}
