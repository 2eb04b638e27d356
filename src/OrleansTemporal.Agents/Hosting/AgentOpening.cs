using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Hosting;

/// <summary>
/// Opens agents side by side before anybody asks for them, where opening one means to wait until the owner before answers
/// no more. An agent that does not open is logged; whoever asks for it tries again and is told why.
/// </summary>
internal sealed partial class AgentOpening(IAgentHost host, IWorkScheduler scheduler, ILogger<AgentOpening> logger) : IAsyncDisposable
{
    private const int OpeningsMax = 128;

    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private readonly List<Task> running = [];

    /// <summary>Begins, also while an earlier round goes on; those that others are asked through come first.</summary>
    public void Start(IReadOnlyList<AgentId> wanted)
    {
        var round = new Round(
            [.. wanted.OrderBy(static agent => agent.Kind switch { AgentKind.Workspaces => 0, AgentKind.Catalog => 1, _ => 2 })]);
        lock (gate)
        {
            running.RemoveAll(static task => task.IsCompleted);
            for (var i = 0; i < Math.Min(OpeningsMax, round.Agents.Count); i++)
            {
                var done = new TaskCompletionSource();
                running.Add(done.Task);
                scheduler.Post(_ => _ = RunAsync(round, done), null);
            }
        }
    }

    /// <summary>Begins no other; completes when those that have begun are open.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        Task[] open;
        lock (gate)
        {
            open = [.. running];
        }

        await Task.WhenAll(open).ConfigureAwait(false);
        stopping.Dispose();
    }

    private async Task RunAsync(Round round, TaskCompletionSource done)
    {
        while (!stopping.IsCancellationRequested && round.Next() is { } agent)
        {
            try
            {
                await host.OpenAsync(agent, stopping.Token).ConfigureAwait(false);
            }
            catch (Exception failure)
            {
                LogNotOpened(agent.ToString(), failure);
            }
        }

        done.SetResult();
    }

    private sealed class Round(IReadOnlyList<AgentId> agents)
    {
        private int next = -1;

        public IReadOnlyList<AgentId> Agents => agents;

        public AgentId? Next() => Interlocked.Increment(ref next) is var index && index < agents.Count ? agents[index] : null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Agent} could not be opened yet and will be when it is asked for")]
    private partial void LogNotOpened(string agent, Exception failure);
}
