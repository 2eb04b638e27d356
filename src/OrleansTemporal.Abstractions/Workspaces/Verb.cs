namespace OrleansTemporal.Workspaces;

/// <summary>What a caller wants to do with a resource. Each includes those before it.</summary>
public enum Verb : byte
{
    /// <summary>Read it.</summary>
    Read = 1,

    /// <summary>Change it.</summary>
    Write = 2,

    /// <summary>Define, configure or remove it.</summary>
    Admin = 3,
}
