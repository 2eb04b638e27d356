using OrleansTemporal.Errors;

namespace OrleansTemporal.Hosting;

/// <summary>Where the state of grains is. Bound from the section <c>OrleansTemporal:GrainStates</c>.</summary>
public sealed class GrainStateSettings
{
    public const string SectionName = "OrleansTemporal:GrainStates";

    /// <summary>The place.</summary>
    public GrainStateKind Kind { get; set; }

    /// <summary>Blobs: connection string of the storage account. Either this or <see cref="ServiceUri"/>.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Blobs: address such as <c>https://account.blob.core.windows.net</c>; the silo signs in as itself.</summary>
    public string? ServiceUri { get; set; }

    /// <summary>Client id of a user-assigned managed identity; null for the one that the machine has.</summary>
    public string? ManagedIdentityClientId { get; set; }

    /// <summary>Blobs: name of the container.</summary>
    public string Container { get; set; } = "grainstate";

    public void Validate()
    {
        Check(Enum.IsDefined(Kind), nameof(Kind), "is temporal or azureBlobs");
        if (Kind == GrainStateKind.AzureBlobs)
        {
            Check(string.IsNullOrWhiteSpace(ConnectionString) != string.IsNullOrWhiteSpace(ServiceUri), nameof(ConnectionString), "or ServiceUri says where the blobs are, and not both");
            Check(
                string.IsNullOrWhiteSpace(ServiceUri) || (Uri.TryCreate(ServiceUri, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps),
                nameof(ServiceUri),
                "is an https address");
        }
    }

    private static void Check(bool holds, string setting, string rule)
    {
        if (!holds)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"The setting {SectionName}:{setting} {rule}.") { Field = setting };
        }
    }
}
