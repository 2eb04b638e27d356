namespace OrleansTemporal.Series;

/// <summary>How a tag's value is compared.</summary>
public enum TagMatcherKind : byte
{
    /// <summary>Is the value; a series without the tag has the empty one.</summary>
    Equal = 1,

    /// <summary>Is not the value.</summary>
    NotEqual = 2,

    /// <summary>The whole value matches a regular expression of the non-backtracking engine.</summary>
    Matches = 3,

    /// <summary>It does not match.</summary>
    NotMatches = 4,
}
