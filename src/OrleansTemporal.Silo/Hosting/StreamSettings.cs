using OrleansTemporal.Errors;

namespace OrleansTemporal.Hosting;

/// <summary>What notices travel on. Bound from the section <c>OrleansTemporal:Streams</c>.</summary>
public sealed class StreamSettings
{
    public const string SectionName = "OrleansTemporal:Streams";

    private const int QueueCountMax = 64;

    /// <summary>The transport.</summary>
    public StreamKind Kind { get; set; }

    /// <summary>Queues: connection string of the storage account. Event Hubs: of the namespace. Either this or <see cref="ServiceUri"/>.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Queues: address such as <c>https://account.queue.core.windows.net</c>. Event Hubs: <c>https://name.servicebus.windows.net</c>. The silo signs in as itself.</summary>
    public string? ServiceUri { get; set; }

    /// <summary>Client id of a user-assigned managed identity; null for the one that the machine has.</summary>
    public string? ManagedIdentityClientId { get; set; }

    /// <summary>Queues: how many there are. Notices of one channel are in one of them.</summary>
    public int QueueCount { get; set; } = 4;

    /// <summary>Queues: what their names begin with.</summary>
    public string QueuePrefix { get; set; } = "ot-notices";

    /// <summary>Event Hubs: name of the hub.</summary>
    public string Hub { get; set; } = "ot-notices";

    /// <summary>Event Hubs: the consumer group that this cluster reads with.</summary>
    public string ConsumerGroup { get; set; } = "$Default";

    /// <summary>Event Hubs: connection string of the storage account whose table says how far the hub was read; or its address, to sign in to.</summary>
    public string? CheckpointTables { get; set; }

    public void Validate()
    {
        Check(Enum.IsDefined(Kind), nameof(Kind), "is memory, azureQueues or eventHubs");
        if (Kind == StreamKind.Memory)
        {
            return;
        }

        Check(string.IsNullOrWhiteSpace(ConnectionString) != string.IsNullOrWhiteSpace(ServiceUri), nameof(ConnectionString), "or ServiceUri says where the transport is, and not both");
        Check(
            string.IsNullOrWhiteSpace(ServiceUri) || (Uri.TryCreate(ServiceUri, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps),
            nameof(ServiceUri),
            "is an https address");
        Check(QueueCount is >= 1 and <= QueueCountMax, nameof(QueueCount), $"is between 1 and {QueueCountMax}");
        Check(Kind != StreamKind.EventHubs || !string.IsNullOrWhiteSpace(CheckpointTables), nameof(CheckpointTables), "says where it is written down how far the hub was read");
    }

    private static void Check(bool holds, string setting, string rule)
    {
        if (!holds)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"The setting {SectionName}:{setting} {rule}.") { Field = setting };
        }
    }
}
