using Microsoft.Extensions.Logging.Abstractions;
using OrleansTemporal.Agents;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Agents.Tests.Stores;

/// <summary>A database over <see cref="HeldLogs"/> and objects in memory.</summary>
internal sealed class HeldStore(ManualTime time, AgentOptions options) : TestStore(time, options)
{
    public HeldLogs Logs { get; private set; } = new();

    /// <summary>Its delays are on the store's own clock.</summary>
    public MemoryObjectStore Objects { get; private init; } = new(time);

    public static async ValueTask<HeldStore> OpenAsync(AgentOptions? options = null, HeldStoreParts? parts = null, long valuesPerDataKeyMax = Limits.ValuesPerDataKeyMax)
    {
        var store = new HeldStore(new ManualTime(), options ?? new AgentOptions())
        {
            Authorizer = parts?.Authorizer ?? new AllowLocalAuthorizer(),
            Quota = parts?.Quota ?? new UnlimitedQuota(),
            Loggers = parts?.Loggers ?? NullLoggerFactory.Instance,
            ValuesPerDataKeyMax = valuesPerDataKeyMax,
        };
        await store.StartAsync();
        return store;
    }

    /// <summary>A second owner of the same objects, with a copy of what is durable in the logs; this one goes on.</summary>
    public async ValueTask<HeldStore> TakeOverAsync()
    {
        var store = new HeldStore(new ManualTime(Time.GetUtcNow()), new AgentOptions()) { Logs = Logs.Copy(), Objects = Objects };
        await store.StartAsync();
        return store;
    }

    public override async ValueTask LeaveAsync(bool clean)
    {
        if (clean)
        {
            await Database.DisposeAsync();
        }

        Logs = Logs.Restart();
    }

    protected override ValueTask<(ICausalLogs Logs, IObjectStore Objects, IWorkScheduler Scheduler, IReadOnlyList<object> Owned)> OpenPortsAsync(int life) =>
        new((Logs, Objects, new ThreadPoolWorkScheduler(), []));
}
