using Microsoft.Extensions.Configuration;
using OrleansTemporal.Storage.Azure.Hosting;

namespace OrleansTemporal.Hosting;

/// <summary>Lets a server keep its data in Azure Blob Storage: <c>--storage azure</c>, section <c>OrleansTemporal:Storage:Azure</c>.</summary>
public static class AzureStorageKind
{
    public static StorageKind Kind { get; } = new("azure", static section =>
    {
        var options = new AzureStorageOptions();
        section.Bind(options);
        return new AzureStorage(options);
    });
}
