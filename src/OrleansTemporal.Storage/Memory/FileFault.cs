namespace OrleansTemporal.Storage.Memory;

/// <summary>What happens to one call.</summary>
public enum FileFault
{
    /// <summary>Nothing out of the ordinary.</summary>
    None,

    /// <summary>It fails and has no effect.</summary>
    ErrorBefore,

    /// <summary>It has its effect and fails all the same.</summary>
    ErrorAfter,

    /// <summary>A flush fails, and the pages that it was for are marked clean all the same: readers go on seeing them, no later flush writes them.</summary>
    PagesLost,

    /// <summary>It fails because the disk is full.</summary>
    DiskFull,

    /// <summary>It has its effect on what is not durable yet, and the power goes.</summary>
    PowerLoss,
}
