namespace OrleansTemporal.Requests;

/// <summary>Headers of the product's own.</summary>
internal static class HeaderNames
{
    /// <summary>System time of the answer; sent back, it orders the next request behind it.</summary>
    internal const string SystemTime = "x-ot-system-time";

    /// <summary>Local root after a write to one agent.</summary>
    internal const string Root = "x-ot-root";

    /// <summary>Write ids that a write follows from, with commas between them.</summary>
    internal const string Causes = "x-ot-causes";

    /// <summary>Makes a write recognisable when it is sent again.</summary>
    internal const string IdempotencyKey = "Idempotency-Key";

    /// <summary>Where the progress of what was accepted can be read.</summary>
    internal const string OperationLocation = "Operation-Location";
}
