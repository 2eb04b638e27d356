namespace OrleansTemporal.Timelines;

/// <summary>How much two components belong together.</summary>
public enum CoOccurrenceMeasure
{
    /// <summary>Steps that changed both, of those that changed either: 0 to 1.</summary>
    CoOccurrence,

    /// <summary>How many times as often as if they were independent they changed together: 0 and more, 1 for no connection.</summary>
    Lift,

    /// <summary>Pearson's correlation of their differences over all steps, without its sign: 0 to 1.</summary>
    Correlation,
}
