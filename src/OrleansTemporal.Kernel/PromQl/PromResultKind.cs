namespace OrleansTemporal.PromQl;

/// <summary>What the answer to a query is.</summary>
public enum PromResultKind
{
    /// <summary>A number.</summary>
    Scalar,

    /// <summary>A text.</summary>
    Text,

    /// <summary>Series with one value each.</summary>
    Vector,

    /// <summary>Series with several values each.</summary>
    Matrix,
}
