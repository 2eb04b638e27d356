namespace OrleansTemporal.Storage.Azure.Tests.Emulation;

/// <summary>Tests that share one emulator, each with a container of its own.</summary>
[CollectionDefinition(Name)]
public sealed class AzuriteCollection : ICollectionFixture<AzuriteFixture>
{
    public const string Name = "azurite";
}
