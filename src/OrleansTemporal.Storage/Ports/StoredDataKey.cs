using OrleansTemporal.Encryption;

namespace OrleansTemporal.Storage.Ports;

/// <summary>A data key as a key store has it.</summary>
public sealed record StoredDataKey
{
    /// <summary>Its id.</summary>
    public required DataKeyId Id { get; init; }

    /// <summary>What it still does.</summary>
    public required DataKeyState State { get; init; }

    /// <summary>What it covers; null for a key that was destroyed or whose file is damaged.</summary>
    public DataKeyScope? Scope { get; init; }

    /// <summary>Its place among the keys of its scope, from 1.</summary>
    public int Number { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>32 bytes; empty for a key that was destroyed or whose file is damaged. The receiver's to clear.</summary>
    public byte[] Material { get; init; } = [];
}
