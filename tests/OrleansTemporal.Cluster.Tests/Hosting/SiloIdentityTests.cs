using System.Net;
using OrleansTemporal.Cluster.Tests.Testing;
using OrleansTemporal.Server.Tests.Hosting;
using OrleansTemporal.Storage.Azure.Tests.Emulation;

namespace OrleansTemporal.Cluster.Tests.Hosting;

/// <summary>A silo that signs in to blobs and tables as itself: the machine gives it tokens, the emulators take only tokens.</summary>
public sealed class SiloIdentityTests
{
    [AzuriteFact]
    public async Task a_silo_signs_in_to_blobs_and_tables_with_the_identity_of_its_machine()
    {
        var asked = 0;
        await using var azurite = await Azurite.StartAsync(isSecure: true);
        await using var tables = await AzuriteTables.StartAsync(azurite);
        await using var machine = await IdentityMachine.StartAsync(() => Interlocked.Increment(ref asked));
        var folder = Directory.CreateTempSubdirectory("ot-identity-").FullName;
        await using (var silo = await RunningServer.StartAsync(
            folder,
            IdentityMachine.Environment(machine, azurite.CertificateFile),
            $"--OrleansTemporal:Storage:Azure:ServiceUri={azurite.ServiceUri}",
            "--OrleansTemporal:Cluster:Kind=azure",
            $"--OrleansTemporal:Cluster:Azure:ServiceUri={tables.ServiceUri}"))
        {
            Assert.Equal(HttpStatusCode.Created, (await silo.Client.PutAsync("/v1/default/kv/users/ada", new StringContent("1"))).StatusCode);
            Assert.Contains("\"value\":1", await silo.Client.GetStringAsync("/v1/default/kv/users/ada"), StringComparison.Ordinal);
        }

        Assert.True(asked > 0);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        Directory.Delete(folder, recursive: true);
    }
}
