using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Formats;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Local;

/// <summary>A fixed number of locks that paths share. The choice depends on the path alone, so that a simulation repeats.</summary>
internal sealed class PathLocks(IWorkScheduler scheduler)
{
    private const int LockCount = 64;
    private readonly TurnGate[] locks = [.. Enumerable.Range(0, LockCount).Select(_ => new TurnGate(scheduler))];

    public async ValueTask<Held> EnterAsync(string path, CancellationToken cancellationToken)
    {
        var chosen = locks[Crc32C.Compute(Encoding.UTF8.GetBytes(path)) % LockCount];
        await chosen.EnterAsync(cancellationToken).ConfigureAwait(false);
        return new(chosen);
    }

    /// <summary>A lock that is held until this is disposed.</summary>
    internal readonly struct Held(TurnGate held) : IDisposable
    {
        public void Dispose() => held.Exit();
    }
}
