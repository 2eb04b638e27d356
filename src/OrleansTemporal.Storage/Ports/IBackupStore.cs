namespace OrleansTemporal.Storage.Ports;

/// <summary>An open store of backups. Others may use it once this is disposed.</summary>
public interface IBackupStore : IAsyncDisposable
{
    /// <summary>What is in it.</summary>
    IObjectStore Objects { get; }
}
