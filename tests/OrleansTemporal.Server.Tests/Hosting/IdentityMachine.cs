using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OrleansTemporal.Server.Tests.Hosting;

/// <summary>A machine with a managed identity, as its processes see it: an endpoint that gives tokens.</summary>
internal static class IdentityMachine
{
    private const string Secret = "what the machine knows its processes by";

    /// <summary>Starts it. It answers as in https://learn.microsoft.com/azure/app-service/overview-managed-identity</summary>
    /// <param name="asked">Called for each token that is asked for.</param>
    public static async Task<WebApplication> StartAsync(Action asked)
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

    /// <summary>What the machine tells its processes.</summary>
    public static Dictionary<string, string> Environment(WebApplication machine, string certificateFile) => new()
    {
        ["IDENTITY_ENDPOINT"] = $"{machine.Urls.Single()}/token",
        ["IDENTITY_HEADER"] = Secret,
        ["SSL_CERT_FILE"] = certificateFile,
    };
}
