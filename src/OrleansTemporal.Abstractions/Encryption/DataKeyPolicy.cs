namespace OrleansTemporal.Encryption;

/// <summary>Under which data key values are written. The setting of a key wins over that of its namespace, and that over the workspace's.</summary>
public enum DataKeyPolicy
{
    /// <summary>As the next wider scope says; the workspace's default is <see cref="None"/>.</summary>
    Inherit,

    /// <summary>Under none: as they come.</summary>
    None,

    /// <summary>Under one that covers this scope and nothing else.</summary>
    Own,

    /// <summary>For a namespace: each key under one of its own, made with its first value, so that each can be erased by destroying it.</summary>
    Each,
}
