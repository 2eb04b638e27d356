namespace OrleansTemporal.Queries;

/// <summary>What an aggregate says of the documents of a group.</summary>
public enum AggregateKind : byte
{
    /// <summary>How many documents; with a field, how many that have it with another value than null.</summary>
    Count = 1,

    /// <summary>The exact sum of the field's numbers; 0 when there are none.</summary>
    Sum = 2,

    /// <summary>The exact sum by the count of numbers, rounded once, half to even, to 34 digits; null when there are none.</summary>
    Avg = 3,

    /// <summary>The least value that is not null, in the order of values; null when there is none.</summary>
    Min = 4,

    /// <summary>The greatest value that is not null, in the order of values; null when there is none.</summary>
    Max = 5,

    /// <summary>An array of the different values that are not null, in their order.</summary>
    Distinct = 6,
}
