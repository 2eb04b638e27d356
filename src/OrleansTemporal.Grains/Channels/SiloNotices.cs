using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Streams;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Hosting;

namespace OrleansTemporal.Channels;

/// <summary>Publishes notices while the silo is active.</summary>
internal sealed class SiloNotices(SiloDatabase silo, IServiceProvider services, TimeProvider time, ILogger<NoticePublisher> logger) : ILifecycleParticipant<ISiloLifecycle>, IAsyncDisposable
{
    private NoticePublisher? publisher;

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(SiloNotices), ServiceLifecycleStage.Active, BeginAsync, EndAsync);

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        var database = await silo.WhenActiveAsync(cancellationToken);
        var provider = services.GetRequiredKeyedService<IStreamProvider>(NoticeStreams.Provider);
        publisher = new NoticePublisher(
            database.Notices.Listen(new NoticeFilter { Kinds = [AgentKind.Channels] }),
            notice => NoticeStreams.Of(provider, notice.Agent).OnNextAsync(notice),
            time,
            logger);
        publisher.Start();
    }

    private async Task EndAsync(CancellationToken cancellationToken) => await DisposeAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref publisher, null) is { } ended)
        {
            await ended.DisposeAsync();
        }
    }
}
