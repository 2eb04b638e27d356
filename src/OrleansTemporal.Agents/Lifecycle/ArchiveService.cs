using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Operations;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Lifecycle;

/// <summary>
/// Brings objects back from an offline tier: begun by whoever met one in a read, followed as an operation, one for each
/// object however many ask. The storage takes hours; a process that ends meanwhile leaves it to finish by itself.
/// </summary>
public sealed partial class ArchiveService : IArchive, IAsyncDisposable
{
    // Bringing back takes hours, so a look a minute is often enough.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMinutes(1);

    private readonly AgentServices services;
    private readonly OperationService operations;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<string, Lazy<OperationInfo>> running = new(StringComparer.Ordinal);

    internal ArchiveService(AgentServices services, OperationService operations)
    {
        this.services = services;
        this.operations = operations;
        logger = services.Loggers.CreateLogger<ArchiveService>();
    }

    /// <summary>Begins to bring an object back, or says where somebody else's beginning can be followed.</summary>
    /// <param name="workspace">Whose operation it is.</param>
    /// <param name="path">The object that a read has met, as the exception of kind Archived names it.</param>
    public OperationInfo BringBack(string workspace, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return running.GetOrAdd($"{workspace}\n{path}", key => new Lazy<OperationInfo>(() => Start(workspace, path, key))).Value;
    }

    ValueTask<OperationInfo> IArchive.BringBackAsync(string workspace, string path, CancellationToken cancellationToken) => new(BringBack(workspace, path));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        stopping.Dispose();
    }

    private OperationInfo Start(string workspace, string path, string key)
    {
        var operation = operations.Start(workspace, "bring-back", services.Clock.Next());
        var stop = stopping.Token;
        services.Scheduler.Post(_ => _ = RunAsync(operation, path, key, stop), null);
        return operation;
    }

    private async Task RunAsync(OperationInfo operation, string path, string key, CancellationToken stop)
    {
        var ended = operation with { Status = OperationStatus.Succeeded, Progress = 1 };
        try
        {
            while (!await services.Objects.BringBackAsync(path, stop).ConfigureAwait(false))
            {
                await Task.Delay(LookInterval, services.Time, stop).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (failure is TemporalException or OperationCanceledException)
        {
            LogFailed(path, failure);
            ended = operation with
            {
                Status = OperationStatus.Failed,
                Progress = 1,
                Fault = failure is TemporalException ? failure.Message : "The process was stopped; the storage goes on by itself.",
            };
        }

        operations.Report(ended);
        running.TryRemove(key, out _);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} could not be brought back from its offline tier")]
    private partial void LogFailed(string path, Exception failure);
}
