namespace OrleansTemporal.Storage.Azure.Logs;

/// <summary>What one log takes of the process's <see cref="LogRoom"/>. Guarded by the room.</summary>
internal sealed class LogShare
{
    /// <summary>The log is dead: nothing counts any more.</summary>
    public bool HasLeft { get; set; }

    public long ReservedBytes { get; set; }

    /// <summary>Reservations that no record has used yet.</summary>
    public int Count { get; set; }

    public long StagedBytes { get; set; }

    public long UnsealedBytes { get; set; }
}
