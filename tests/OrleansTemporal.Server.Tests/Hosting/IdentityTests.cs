using System.Text;
using OrleansTemporal.Storage.Azure.Tests.Emulation;

namespace OrleansTemporal.Server.Tests.Hosting;

/// <summary>A server that signs in to the storage as itself: the machine gives it a token, the emulator takes only tokens.</summary>
public sealed class IdentityTests
{
    [AzuriteFact]
    public async Task a_server_signs_in_with_the_identity_of_its_machine()
    {
        var asked = 0;
        await using var azurite = await Azurite.StartAsync(isSecure: true);
        await using var machine = await IdentityMachine.StartAsync(() => Interlocked.Increment(ref asked));
        var folder = Directory.CreateTempSubdirectory("ot-identity-").FullName;
        var environment = IdentityMachine.Environment(machine, azurite.CertificateFile);
        await using (var server = await RunningServer.StartAsync(folder, environment, "--OrleansTemporal:Storage:Azure:ServiceUri", azurite.ServiceUri))
        {
            using var content = new StringContent("{\"name\":\"Ada\"}", Encoding.UTF8, "application/json");
            (await server.Client.PutAsync("/v1/default/kv/users/ada", content)).EnsureSuccessStatusCode();
            Assert.Contains("Ada", await server.Client.GetStringAsync("/v1/default/kv/users/ada"), StringComparison.Ordinal);
            Assert.Contains($"Data is in the container {azurite.ServiceUri}/orleanstemporal", server.Output, StringComparison.Ordinal);
        }

        Assert.True(asked > 0);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        Directory.Delete(folder, recursive: true);
    }
}
