namespace OrleansTemporal.Storage.Azure.Memory;

/// <summary>What happens to one call to the service.</summary>
internal enum BlobFault
{
    /// <summary>Nothing out of the ordinary.</summary>
    None,

    /// <summary>It fails and has no effect.</summary>
    ErrorBefore,

    /// <summary>It has its effect, and the caller gets an error.</summary>
    ErrorAfter,

    /// <summary>The caller gets an error at once, and the call has its effect later.</summary>
    LateEffect,
}
