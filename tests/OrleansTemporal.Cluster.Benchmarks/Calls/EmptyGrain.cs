using Orleans.Concurrency;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Cluster.Benchmarks.Calls;

/// <summary>Nothing.</summary>
[Reentrant]
public sealed class EmptyGrain : Grain, IEmptyGrain
{
    private KvReadResult read;
    private KvWriteResult? written;

    /// <inheritdoc/>
    public ValueTask<KvReadResult> GetAsync(string key, AsOf asOf, CancellationToken cancellationToken) => new(read);

    /// <inheritdoc/>
    public ValueTask<KvWriteResult> WriteAsync(KvWrite write, CancellationToken cancellationToken) => new(written!);

    /// <inheritdoc/>
    public ValueTask AnswerWithAsync(KvReadResult read, KvWriteResult written)
    {
        (this.read, this.written) = (read, written);
        return ValueTask.CompletedTask;
    }
}
