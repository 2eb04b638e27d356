using OrleansTemporal.Causality;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Cluster.Benchmarks.Calls;

/// <summary>Calls with the arguments and results of a storage agent's, and nothing behind them.</summary>
[Alias("bench.empty")]
public interface IEmptyGrain : IGrainWithStringKey
{
    /// <summary>Answers with the same result every time.</summary>
    ValueTask<KvReadResult> GetAsync(string key, AsOf asOf, CancellationToken cancellationToken);

    /// <summary>Answers with the same result every time.</summary>
    ValueTask<KvWriteResult> WriteAsync(KvWrite write, CancellationToken cancellationToken);

    /// <summary>What it answers with from now on.</summary>
    ValueTask AnswerWithAsync(KvReadResult read, KvWriteResult written);
}
