using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Formats;

namespace OrleansTemporal.Storage.Local;

/// <summary>A fixed number of locks that paths share. The choice depends on the path alone, so that a simulation repeats.</summary>
internal sealed class PathLocks : IDisposable
{
    private const int LockCount = 64;
    private readonly SemaphoreSlim[] locks = [.. Enumerable.Range(0, LockCount).Select(static _ => new SemaphoreSlim(1, 1))];

    public async ValueTask<Held> EnterAsync(string path, CancellationToken cancellationToken)
    {
        var chosen = locks[Crc32C.Compute(Encoding.UTF8.GetBytes(path)) % LockCount];
        await chosen.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new(chosen);
    }

    public void Dispose()
    {
        foreach (var item in locks)
        {
            item.Dispose();
        }
    }

    /// <summary>A lock that is held until this is disposed.</summary>
    internal readonly struct Held(SemaphoreSlim held) : IDisposable
    {
        public void Dispose() => held.Release();
    }
}
