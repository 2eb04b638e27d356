namespace OrleansTemporal.Signals;

/// <summary>The half-lives of each type of a schema, ready to compute with. Immutable.</summary>
public sealed class SignalDecays
{
    private readonly HalfLife[] halfLives;
    private readonly byte[] counts;

    private SignalDecays(HalfLife[] halfLives, byte[] counts)
    {
        this.halfLives = halfLives;
        this.counts = counts;
    }

    /// <summary>Of no types.</summary>
    public static SignalDecays None { get; } = new([], []);

    /// <summary>How many types there are.</summary>
    public int TypeCount => counts.Length;

    /// <summary>Takes those of a valid schema.</summary>
    public static SignalDecays Of(SignalSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        var halfLives = new HalfLife[schema.Types.Length * Limits.SignalHalfLivesMax];
        var counts = new byte[schema.Types.Length];
        for (var type = 0; type < counts.Length; type++)
        {
            foreach (var span in schema.Types[type].HalfLives.Prepend(schema.Types[type].HalfLife))
            {
                halfLives[(type * Limits.SignalHalfLivesMax) + counts[type]++] = new HalfLife(span.Time);
            }
        }

        return new(halfLives, counts);
    }

    /// <summary>How many half-lives a type has.</summary>
    public int CountOf(int type) => counts[type];

    /// <summary>One of them; 0 is the type's own.</summary>
    public ref readonly HalfLife this[int type, int index] => ref halfLives[(type * Limits.SignalHalfLivesMax) + index];
}
