using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Storage.Azure.Tests.Emulation;

namespace OrleansTemporal.Server.Tests.Hosting;

/// <summary>A server that signs in to the storage as itself: the machine gives it a token, the emulator takes only tokens.</summary>
public sealed class IdentityTests
{
    private const string Secret = "what the machine knows its processes by";

    [AzuriteFact]
    public async Task a_server_signs_in_with_the_identity_of_its_machine()
    {
        var asked = 0;
        await using var azurite = await Azurite.StartAsync(isSecure: true);
        await using var machine = await StartMachineAsync(() => Interlocked.Increment(ref asked));
        var folder = Directory.CreateTempSubdirectory("ot-identity-").FullName;
        var environment = new Dictionary<string, string>
        {
            ["IDENTITY_ENDPOINT"] = $"{machine.Urls.Single()}/token",
            ["IDENTITY_HEADER"] = Secret,
            ["SSL_CERT_FILE"] = azurite.CertificateFile,
        };
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

    // What a machine with a managed identity answers its processes: https://learn.microsoft.com/azure/app-service/overview-managed-identity
    private static async Task<WebApplication> StartMachineAsync(Action asked)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var machine = builder.Build();
        machine.Run(async http =>
        {
            if (http.Request.Headers["X-IDENTITY-HEADER"] != Secret)
            {
                http.Response.StatusCode = StatusCodes.Status401Unauthorized;
                return;
            }

            asked();
            var (token, expires) = MakeToken();
            await http.Response.WriteAsJsonAsync(new Dictionary<string, string>
            {
                ["access_token"] = token,
                ["expires_on"] = $"{expires}",
                ["resource"] = "https://storage.azure.com",
                ["token_type"] = "Bearer",
                ["client_id"] = Guid.NewGuid().ToString(),
            });
        });
        await machine.StartAsync();
        return machine;
    }

    private static (string Token, long Expires) MakeToken()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var claims = new Dictionary<string, object>
        {
            ["aud"] = "https://storage.azure.com",
            ["iss"] = "https://sts.windows-ppe.net/ab1f708d-50f6-404c-a006-d71b2ac7a606/",
            ["iat"] = now - 60,
            ["nbf"] = now - 60,
            ["exp"] = now + 86_400,
        };
        var parts = new[] { """{"alg":"HS256","typ":"JWT"}""", JsonSerializer.Serialize(claims), "unsigned" };
        return (string.Join('.', parts.Select(static part => Convert.ToBase64String(Encoding.UTF8.GetBytes(part)).TrimEnd('=').Replace('+', '-').Replace('/', '_'))), now + 86_400);
    }
}
