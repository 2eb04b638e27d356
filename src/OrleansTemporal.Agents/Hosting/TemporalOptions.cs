using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Subscriptions;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Hosting;

/// <summary>How a database is opened. Bound from the configuration section <c>OrleansTemporal</c> by the server.</summary>
public sealed class TemporalOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string SectionName = "OrleansTemporal";

    /// <summary>The folder that holds everything; made when it is not there.</summary>
    public string DataDirectory { get; set; } = "data";

    /// <summary>Where everything is kept instead of the data folder; null for the data folder. A host plugs it in.</summary>
    public IStorageBackend? Backend { get; set; }

    /// <summary>The folder whose folders backups may go to; when null, <c>backups</c> beside the data folder, or what the <see cref="Backend"/> has for them.</summary>
    public string? BackupDirectory { get; set; }

    /// <summary>Numbers about storage.</summary>
    public StorageOptions Storage { get; set; } = new();

    /// <summary>What storage costs, for runs to say what they save in money; when null, what the <see cref="Backend"/> says, and nothing for a local disk.</summary>
    public PriceTable? Prices { get; set; }

    /// <summary>Models of the host that trends of streams may be asked to forecast by, by their names.</summary>
    public IReadOnlyList<Series.IForecastModel> ForecastModels { get; set; } = [];

    /// <summary>How often the host looks for housekeeping when nothing wakes it; a generation that fills wakes it at once.</summary>
    public TimeSpan MaintenanceInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Seal everything when the database closes, so that the next open has nothing to replay. Costs a segment for each agent that has unsealed deltas.</summary>
    public bool SealOnClose { get; set; }

    /// <summary>What sends the deltas of subscriptions with a webhook; null where nobody does, and they wait. A host plugs it in.</summary>
    public IWebhookSender? Webhooks { get; set; }

    /// <summary>Who decides whether a call may happen.</summary>
    public IAuthorizer Authorizer { get; set; } = new AllowLocalAuthorizer();

    /// <summary>Who decides whether a workspace may write more.</summary>
    public IQuota Quota { get; set; } = new UnlimitedQuota();

    /// <summary>Where time comes from.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Where events are logged.</summary>
    public ILoggerFactory Loggers { get; set; } = NullLoggerFactory.Instance;

    /// <summary>Where everything is kept, in words for people.</summary>
    public string Place => Backend?.Place ?? Path.GetFullPath(DataDirectory);

    internal string BackupDirectoryOrDefault =>
        BackupDirectory ?? Path.Combine(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(DataDirectory))) ?? Path.GetFullPath(DataDirectory), "backups");

    /// <summary>Refuses settings that can not work.</summary>
    /// <exception cref="ArgumentException">In words, naming the setting.</exception>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(DataDirectory))
        {
            throw new ArgumentException("DataDirectory names a folder.");
        }

        if (MaintenanceInterval < TimeSpan.FromMilliseconds(1) || MaintenanceInterval > TimeSpan.FromMinutes(1))
        {
            throw new ArgumentException("MaintenanceInterval is between 1 ms and 1 minute.");
        }

        Storage.Validate();
        Prices?.Validate();
    }
}
