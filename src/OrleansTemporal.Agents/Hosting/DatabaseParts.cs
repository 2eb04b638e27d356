using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Hosting;

/// <summary>What a database is made of, in the order in which it has to be let go.</summary>
internal sealed partial class DatabaseParts(AgentServices services, IReadOnlyList<object> owned) : IAsyncDisposable
{
    public AgentServices Services { get; } = services;

    /// <summary>Agents that are opened at once, because whoever opens one may have to wait.</summary>
    public IReadOnlyList<AgentId> OpenedAtOnce { get; init; } = [];

    /// <summary>Lists such agents again; null where no other process can have died with them.</summary>
    public Func<CancellationToken, ValueTask<IReadOnlyList<AgentId>>>? ListAgents { get; init; }

    /// <summary>Where backups go; null for folders of the local disk.</summary>
    public IBackupStores? Backups { get; init; }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in owned)
        {
            switch (part)
            {
                case IAsyncDisposable disposable:
                    await disposable.DisposeAsync().ConfigureAwait(false);
                    break;
                case IDisposable disposable:
                    disposable.Dispose();
                    break;
            }
        }
    }
}
