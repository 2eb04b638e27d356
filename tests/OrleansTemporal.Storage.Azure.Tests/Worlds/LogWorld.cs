using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Azure.Logs;
using OrleansTemporal.Storage.Azure.Memory;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Azure.Tests.Worlds;

/// <summary>One process and one agent, step by step; what others do, a test does to the service.</summary>
internal sealed class LogWorld
{
    private const int TurnsMax = 100_000;
    private readonly QueueWorkScheduler queue = new();
    private readonly ManualTime time = new();
    private readonly OwnerTime timers;
    private byte claims;

    public LogWorld() => (Blobs, timers) = (new DirectBlobs(Service), new OwnerTime(time, queue, TimeSpan.Zero));

    public MemoryAppendBlobs Service { get; } = new();

    public DirectBlobs Blobs { get; }

    public MemoryObjectStore Objects { get; } = new();

    public AgentId Agent { get; } = new("default", AgentKind.Kv, "n", 0);

    public string Path(ulong epoch) => LogPaths.Of(Agent, epoch);

    /// <summary>The logs of a new process. Claims are 1, 2, … in each byte, over all processes.</summary>
    public AzureCausalLogs OpenAll() => Run(AzureCausalLogs.OpenAsync(
        Blobs, Objects, queue, timers, bytes => bytes.Fill(++claims), new AzureLogOptions { SealBlocks = 4 }, NullLogger.Instance, default));

    /// <summary>Opens the agent's log in a process of its own.</summary>
    public IOwnedLog Open() => (IOwnedLog)Run(OpenAll().OpenAsync(Agent, default));

    /// <summary>Enqueues the next record, and gives what tells that it is durable.</summary>
    public ValueTask Write(IOwnedLog log, string text)
    {
        var sequence = log.LastSequence + 1;
        Run(log.ReserveAsync(text.Length, default));
        log.Enqueue(sequence, new HybridTimestamp((ulong)sequence << HybridTimestamp.CounterBits), Encoding.ASCII.GetBytes(text));
        return log.WhenDurableAsync(sequence, default);
    }

    /// <summary>Everything behind a sequence.</summary>
    public string[] Read(IOwnedLog log, long after = 0) =>
        [.. Run(log.ReadAsync(after, 1 << 20, default)).Records.Select(static record => Encoding.ASCII.GetString(record.Span))];

    /// <summary>A blob is removed, and a call that comes late makes one of its name, which holds this.</summary>
    public void MakeAgain(string path, byte[] content)
    {
        Service.Delete(path);
        var tag = Service.Create(path, UInt128.MaxValue);
        if (content.Length > 0)
            Service.Append(path, 0, tag, content);
    }

    /// <summary>Lets time pass, so that a lease ends.</summary>
    public void Pass(TimeSpan span) => time.Advance(span);

    public void Run(ValueTask task) => Run(new ValueTask<bool>(AsResult(task)));

    public T Run<T>(ValueTask<T> task)
    {
        for (var turn = 0; !task.IsCompleted; turn++)
        {
            Assert.True(turn < TurnsMax, "It never ends.");
            if (!queue.RunOne())
                time.Advance(TimeSpan.FromMilliseconds(50));
        }

        return task.GetAwaiter().GetResult();
    }

    private static async Task<bool> AsResult(ValueTask task)
    {
        await task.ConfigureAwait(false);
        return true;
    }
}
