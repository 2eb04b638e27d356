namespace OrleansTemporal.PromQl;

/// <summary>What an expression comes to.</summary>
internal enum PromType
{
    /// <summary>A number for each step.</summary>
    Scalar,

    /// <summary>A text.</summary>
    Text,

    /// <summary>Labelled series with at most one value for each step.</summary>
    Vector,

    /// <summary>Labelled series with the samples of a span before each step.</summary>
    Matrix,
}
