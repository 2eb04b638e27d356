using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Channels;

/// <summary>
/// Puts the notices of this silo's channels on streams. A transport that is full or away holds nobody up: of each channel the
/// newest notice is kept and tried again, so what waits is bounded by the number of channels.
/// </summary>
internal sealed partial class NoticePublisher : IAsyncDisposable
{
    // Streams that are sent to at once.
    private const int SendsMax = 64;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(100);

    private readonly INoticeReader notices;
    private readonly Func<AgentNotice, Task> send;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stopping = new();
    private readonly Dictionary<AgentId, long> waiting = [];
    private Task running = Task.CompletedTask;

    public NoticePublisher(INoticeReader notices, Func<AgentNotice, Task> send, TimeProvider time, ILogger logger)
    {
        this.notices = notices;
        this.send = send;
        this.time = time;
        this.logger = logger;
    }

    public void Start() => running = RunAsync();

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await running;
        notices.Dispose();
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                // What waits for the transport is joined by what comes meanwhile.
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
                if (waiting.Count > 0)
                {
                    await Task.Delay(RetryAfter, time, stopping.Token);
                    await patience.CancelAsync();
                }

                await TakeAsync(patience.Token);
                await SendAsync();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            LogStopped();
        }
    }

    private async ValueTask TakeAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var notice in (await notices.ReadAsync(cancellationToken)).Notices)
            {
                waiting[notice.Agent] = notice.Sequence;
            }
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // Nothing new; what waits is tried again.
        }
    }

    private async ValueTask SendAsync()
    {
        foreach (var chunk in waiting.Select(static pair => new AgentNotice(pair.Key, pair.Value)).ToList().Chunk(SendsMax))
        {
            await Task.WhenAll(chunk.Select(SendAsync));
        }
    }

    private async Task SendAsync(AgentNotice notice)
    {
        try
        {
            await send(notice);
            lock (waiting)
            {
                waiting.Remove(notice.Agent);
            }
        }
        catch (Exception full) when (full is not OutOfMemoryException)
        {
            // Whatever a transport throws means no more than that this notice has to be sent again.
            LogNotSent(notice.Agent.ToString(), full);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The transport did not take the notice of {Channel}; it will be sent again")]
    private partial void LogNotSent(string channel, Exception failure);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Notices are put on streams no more")]
    private partial void LogStopped();
}
