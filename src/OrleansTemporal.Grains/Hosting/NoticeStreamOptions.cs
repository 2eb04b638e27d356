using Orleans.Configuration;
using Orleans.Hosting;

namespace OrleansTemporal.Hosting;

/// <summary>What the notices of channels travel on.</summary>
public sealed class NoticeStreamOptions
{
    // A notice is worth little when it is late, and a pull that finds nothing costs next to nothing.
    private static readonly TimeSpan PullInterval = TimeSpan.FromMilliseconds(10);

    private const int DeliveredAtOnce = 100;

    /// <summary>
    /// Adds the stream provider of the given name to the silo. By default streams in memory, pulled every 10 ms: what is on its
    /// way when a silo dies is lost, which subscribers find out by looking.
    /// </summary>
    public Action<ISiloBuilder, string> AddTransport { get; set; } = AddMemory;

    /// <summary>How often the queues of a transport are asked, and how much is delivered at once; for transports of your own.</summary>
    public static void Pull(StreamPullingAgentOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.GetQueueMsgsTimerPeriod = PullInterval;
        options.BatchContainerBatchSize = DeliveredAtOnce;
    }

    private static void AddMemory(ISiloBuilder silo, string name) =>
        silo.AddMemoryStreams(name, streams => streams.ConfigurePullingAgent(static agent => agent.Configure(Pull)));
}
