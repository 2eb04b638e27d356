using System.Text.Json;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Channels;
using OrleansTemporal.Hosting;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Grains.Tests.Channels;

/// <inheritdoc cref="IRunningTotalGrain"/>
internal sealed class RunningTotalGrain(
    [PersistentState("running-total", RunningTotalGrain.Provider)] IPersistentState<SubscriberState<RunningTotal>> stored,
    SiloDatabase silo,
    ILogger<RunningTotalGrain> logger) : SubscriberGrain<RunningTotal>(stored, silo, logger), IRunningTotalGrain
{
    /// <summary>Name of the storage that its state is in.</summary>
    public const string Provider = "subscribers";

    /// <inheritdoc/>
    protected override int BatchCountMax => 7;

    /// <inheritdoc/>
    public Task<decimal> GetAsync() => Task.FromResult(Value.Sum);

    /// <inheritdoc/>
    public Task<int> GetDisorderAsync() => Task.FromResult(Value.Disorder);

    /// <inheritdoc/>
    public Task LeaveAsync()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override void Apply(RunningTotal value, AgentDelta delta)
    {
        var agent = delta.Agent.ToString();
        value.Disorder += delta.Sequence == value.Through.GetValueOrDefault(agent) + 1 ? 0 : 1;
        value.Through[agent] = delta.Sequence;
        foreach (var change in delta.Changes.Where(static change => change.Kind == KvOperationKind.Put))
        {
            using var document = JsonDocument.Parse(change.Value);
            value.Sum += document.RootElement.GetProperty("amount").GetDecimal();
        }
    }
}
