from app.kernel.actor import Role


def test_show_me_answers_the_actor_of_the_token(client, bearer):
    answer = client.get("/v1/me", headers=bearer(Role.CLERK, name="李文员"))
    assert answer.status_code == 200
    assert answer.json["name"] == "李文员"
    assert answer.json["roles"] == ["clerk"]
    assert answer.json["book"] == "meilihua"
